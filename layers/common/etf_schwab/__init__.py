"""Schwab's protocol, as far as both extract and transform need it: the module API's answers, the pager, symbols."""

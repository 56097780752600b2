"""Parse: a filing's document in raw-filings/ becomes its snapshot in filings/."""

"""What is answered from two holdings dates or more."""

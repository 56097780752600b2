"""What a filing on Form N-PORT says, beside a fund's list and in its place. Pure functions over stored snapshots."""

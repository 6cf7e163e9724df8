"""What a precision costs and what it loses: the same product in several dtypes, step by step."""

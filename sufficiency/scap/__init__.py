"""The school capacity return (SCAP): its tables, the checks before it leaves, and what the department will print of it."""

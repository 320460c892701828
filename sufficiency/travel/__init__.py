"""How far people go to school and to childcare, and by which roads."""

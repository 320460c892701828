"""What goes to members, parents and the department, all of it out of one finished run."""

"""What the program is made of besides its own code: locked packages, vendored files, their licences, and the bill of it."""

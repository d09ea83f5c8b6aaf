"""What is stored about a customer: told, erased, and forgotten when it is old. Talks to nobody."""

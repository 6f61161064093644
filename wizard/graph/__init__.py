"""The rule base as a picture: the technote's steps, what each gives, and what is concluded from it."""

"""The guided interview: who asks, explains why and how, goes back, saves, and comments on what is done meanwhile."""

"""The operating rhythm page: definitions, agreement, owners, reviews, health, set-up, changes."""

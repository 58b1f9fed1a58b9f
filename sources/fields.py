"""Columns that every app uses."""

from django.core.validators import MaxValueValidator
from django.db import models

LARGEST_NUMBER = 2_147_483_647  # what PostgreSQL holds; SQLite would take more, and then not add up


class WholeNumberField(models.PositiveIntegerField):
    """A number from 0 to the largest that both databases hold."""

    default_validators = [MaxValueValidator(LARGEST_NUMBER)]

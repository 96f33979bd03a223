"""Tests of the whole system, one folder per kind."""

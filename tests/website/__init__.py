"""Tests of the built site. A package, so that its conftest is another module than that of all tests."""

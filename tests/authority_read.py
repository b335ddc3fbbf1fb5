"""Import this to have the tests' authority read: see ``authority.remember``."""

import authority

authority.remember()

"""What varies from run to run: two recordings of one program compared, and the rules
that let the second match the first."""

from mitmvcr.learn.findings import Class, Facts, Finding, Learned, Rule
from mitmvcr.learn.guard import makes_one
from mitmvcr.learn.learning import learn

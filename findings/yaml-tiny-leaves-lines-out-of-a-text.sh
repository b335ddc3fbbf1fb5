#!/usr/bin/env bash
# Perl's YAML::Tiny leaves each line out of a text that is empty or begins with "#", without an error: of a cassette that
# Go wrote it reads a script without its comments and a stream as one event. CPAN::Meta::YAML, which every Perl brings
# with it, is the same code; YAML::PP and YAML::XS read every line.
#
# Versions: YAML::Tiny 1.73, YAML::PP 0.035, YAML::XS 0.86 (Debian 12's packages), CPAN::Meta::YAML 0.018 (Perl 5.36).
# Source: observed; YAML::Tiny's _load_string drops such lines of the whole file before it looks what they are in. Its
# documentation names block scalars among what it knows. YAML 1.2.2, section 8.1.3: they are content.
# Why it matters to a recorder: what a program in Perl can read without installing anything reads other answers than were
# recorded, and loses all of a folded long line (a "bad indenting"), so that a converter to or from its
# cassettes has to try what it writes with a real reader.
set -euo pipefail
for tool in apt-get perl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libyaml-tiny-perl=1.73-1 libyaml-pp-perl=0.035-1 libyaml-libyaml-perl=0.86+ds-1+deb12u1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > kept.yaml <<'YAML'
---
script: |
    #!/bin/sh
    # pays
    pay 10

    # stops
    stop
stream: |+
    data: ann

    data: bob

last: 1
YAML
cat > look.pl <<'PL'
use strict;
use warnings;
use CPAN::Meta::YAML;
use YAML::PP;
use YAML::Tiny;
use YAML::XS;

open my $file, '<', 'kept.yaml' or die;
my $text = do { local $/; <$file> };
my %read = (
    'CPAN::Meta::YAML' => sub { CPAN::Meta::YAML->read_string($text)->[0] },
    'YAML::PP' => sub { YAML::PP->new->load_string($text) },
    'YAML::Tiny' => sub { YAML::Tiny->read_string($text)->[0] },
    'YAML::XS' => sub { YAML::XS::Load($text) },
);
for my $name (sort keys %read) {
    my $kept = $read{$name}->();
    for my $part ('script', 'stream') {
        my $said = $kept->{$part} =~ s/\n/\\n/gr;
        print "$name $part $said\n";
    }
}
PL
PERL5LIB=$work/unpacked/usr/share/perl5:$work/unpacked/$(perl -MConfig -e 'print $Config{vendorarch}') perl look.pl > found
cat found
cat > expected <<'END'
CPAN::Meta::YAML script pay 10\nstop\n
CPAN::Meta::YAML stream data: ann\ndata: bob\n
YAML::PP script #!/bin/sh\n# pays\npay 10\n\n# stops\nstop\n
YAML::PP stream data: ann\n\ndata: bob\n\n
YAML::Tiny script pay 10\nstop\n
YAML::Tiny stream data: ann\ndata: bob\n
YAML::XS script #!/bin/sh\n# pays\npay 10\n\n# stops\nstop\n
YAML::XS stream data: ann\n\ndata: bob\n\n
END
diff expected found || { echo "the behaviour has changed"; exit 1; }

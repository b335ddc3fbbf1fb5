use strict;
use warnings;
use HTTP::Tiny;

my $base   = shift;
my $client = HTTP::Tiny->new( verify_SSL => 1 );

sub show {
    my $answer = $client->request(@_);
    die $answer->{content} unless $answer->{success};
    print $answer->{content}, "\n";
}

show( GET  => "$base/json" );
show( GET  => "$base/encoded/gzip" );
show( POST => "$base/json", { content => '{"a": 1}' } );
show( GET  => "$base/redirect/308" );
show( GET  => "$base/cookies", { headers => { Cookie => 'flavour=oat' } } );
show( GET  => "$base/sse?n=2" );

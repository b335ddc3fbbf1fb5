use strict;
use warnings;
use Mojo::UserAgent;

my $base   = shift;
my $client = Mojo::UserAgent->new( max_redirects => 2 );
print $client->get("$base/json")->result->body, "\n";
print $client->get("$base/encoded/gzip")->result->body, "\n";
print $client->post( "$base/json", '{"a": 1}' )->result->body, "\n";
print $client->get( "$base/cookies", { Cookie => 'flavour=oat' } )->result->body, "\n";
print $client->get("$base/sse?n=2")->result->body, "\n";

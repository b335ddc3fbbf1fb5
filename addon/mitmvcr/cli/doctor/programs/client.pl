# One request with the library that is named first; 77 where it is absent.
use strict;

my ($library, $url) = @ARGV;
exit 77 unless eval "require $library; 1";
exit 77 unless eval { require IO::Socket::SSL; 1 };
if ($library eq 'HTTP::Tiny') {
    my $answer = HTTP::Tiny->new(verify_SSL => 1)->get($url);
    die "$answer->{content}\n" unless $answer->{success};
    print $answer->{content};
} else {
    exit 77 unless eval { require LWP::Protocol::https; 1 };
    my $answer = LWP::UserAgent->new->get($url);
    die $answer->status_line . "\n" unless $answer->is_success;
    print $answer->decoded_content;
}

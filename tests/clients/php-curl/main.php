<?php

function show(string $url, array $options = []): void
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_FOLLOWLOCATION => true, CURLOPT_RETURNTRANSFER => true]);
    $body = curl_exec($curl);
    if ($body === false) {
        throw new Exception(curl_error($curl));
    }
    echo $body, "\n";
}

$base = $argv[1];
show("$base/json");
show("$base/encoded/gzip", [CURLOPT_ENCODING => 'gzip']);
show("$base/json", [CURLOPT_POSTFIELDS => '{"a": 1}']);
show("$base/redirect/308");
show("$base/cookies", [CURLOPT_COOKIE => 'flavour=oat']);
show("$base/sse?n=2");

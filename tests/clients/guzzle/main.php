<?php

require 'GuzzleHttp/autoload.php';

$client = new GuzzleHttp\Client(['base_uri' => $argv[1]]);
echo $client->get('/json')->getBody(), "\n";
echo $client->get('/encoded/gzip')->getBody(), "\n";
echo $client->post('/json', ['body' => '{"a": 1}'])->getBody(), "\n";
echo $client->get('/redirect/308')->getBody(), "\n";
echo $client->get('/cookies', ['headers' => ['Cookie' => 'flavour=oat']])->getBody(), "\n";
echo $client->get('/sse', ['query' => ['n' => 2]])->getBody(), "\n";

<?php

require 'Symfony/Component/HttpClient/autoload.php';

$client = Symfony\Component\HttpClient\HttpClient::create(['base_uri' => $argv[1]]);
echo $client->request('GET', '/json')->getContent(), "\n";
echo $client->request('GET', '/encoded/gzip')->getContent(), "\n";
echo $client->request('POST', '/json', ['body' => '{"a": 1}'])->getContent(), "\n";
echo $client->request('GET', '/redirect/308')->getContent(), "\n";
echo $client->request('GET', '/cookies', ['headers' => ['Cookie' => 'flavour=oat']])->getContent(), "\n";
echo $client->request('GET', '/sse', ['query' => ['n' => 2]])->getContent(), "\n";

<?php

$base = $argv[1];
$post = ['http' => ['method' => 'POST', 'content' => '{"a": 1}', 'header' => 'Content-Type: application/json']];
$cookie = ['http' => ['header' => 'Cookie: flavour=oat']];
echo file_get_contents("$base/json"), "\n";
echo file_get_contents("$base/encoded/gzip"), "\n";
echo file_get_contents("$base/json", false, stream_context_create($post)), "\n";
echo file_get_contents("$base/redirect/308"), "\n";
echo file_get_contents("$base/cookies", false, stream_context_create($cookie)), "\n";
echo file_get_contents("$base/sse?n=2"), "\n";

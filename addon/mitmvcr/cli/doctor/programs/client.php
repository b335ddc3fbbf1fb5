<?php
// One request with curl or with streams; 77 where curl is absent.
[, $which, $url] = $argv;
if ($which === 'streams') {
    $got = file_get_contents($url);
} else {
    if (!function_exists('curl_init')) exit(77);
    $handle = curl_init($url);
    curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
    $got = curl_exec($handle);
    if ($got === false) fwrite(STDERR, curl_error($handle) . "\n");
}
echo $got;
exit($got === false ? 1 : 0);

<?php

require_once __DIR__ . '/Vcr.php';

final class ShopTest extends PHPUnit\Framework\TestCase
{
    use Vcr;

    public static function pages(): array
    {
        return [[1], [2], 'the last: 3/3' => [3]];
    }

    /** @dataProvider pages */
    public function testPage(int $page): void
    {
        $more = getenv('ASK_MORE') ? '&more=1' : '';
        [$status, $body] = $this->ask("https://api.test/json?page=$page$more");
        $this->assertSame(200, $status, $body);
        $this->assertStringContainsString("page=$page", $body);
    }

    public function testOrder(): void
    {
        $this->assertSame(getenv('https_proxy'), $_SERVER['HTTPS_PROXY']);
        [$status, $body] = $this->ask('https://api.test/json', [CURLOPT_POSTFIELDS => 'order 7']);
        $this->assertSame(200, $status, $body);
        $this->assertStringContainsString('order 7', $body);
    }

    private function ask(string $url, array $options = []): array
    {
        $curl = curl_init($url);
        curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true]);
        $body = curl_exec($curl);
        $this->assertNotFalse($body, curl_error($curl));
        return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body];
    }
}

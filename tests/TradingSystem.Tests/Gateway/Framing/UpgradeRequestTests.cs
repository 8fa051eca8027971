using System.Text;
using NUnit.Framework;
using TradingSystem.Gateway.Framing;

namespace TradingSystem.Tests.Gateway.Framing;

public sealed class UpgradeRequestTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private const string Plain =
        "GET /ws/events?trading_group_token=abc&features=orders%2Cresume HTTP/1.1\r\n" +
        "Host: 127.0.0.1:8000\r\n" +
        "Upgrade: websocket\r\n" +
        "Connection: Upgrade\r\n" +
        $"Sec-WebSocket-Key: {Key}\r\n" +
        "Sec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Extensions: permessage-deflate\r\n" +
        "\r\n";

    [Test]
    public void A_plain_request_is_read_up_to_its_empty_line()
    {
        var request = Parse(Plain + "what the client sent next", out var length);
        Assert.That(request, Is.EqualTo(new UpgradeRequest("?trading_group_token=abc&features=orders%2Cresume", "", Key)));
        Assert.That(length, Is.EqualTo(Plain.Length));
    }

    [Test]
    public void Names_are_read_in_any_case_and_values_without_the_space_around_them()
    {
        var text = Plain
            .Replace("Host: ", "hOST:\t ", StringComparison.Ordinal)
            .Replace("Upgrade: websocket", "upgrade:WebSocket ", StringComparison.Ordinal)
            .Replace("Connection: Upgrade", "CONNECTION: keep-alive, Upgrade", StringComparison.Ordinal)
            .Replace("\r\n\r\n", "\r\nauthorization: Bearer xyz\r\n\r\n", StringComparison.Ordinal);
        Assert.That(Parse(text, out _)?.Authorization, Is.EqualTo("Bearer xyz"));
    }

    [Test]
    public void A_list_is_read_as_one_and_so_are_two_lines_of_one_name()
    {
        var text = Plain
            .Replace("Upgrade: websocket", "Upgrade: h2c, WebSocket", StringComparison.Ordinal)
            .Replace("Connection: Upgrade", "Connection: Upgrade\r\nConnection: keep-alive", StringComparison.Ordinal);
        Assert.That(Parse(text, out _), Is.Not.Null);
    }

    [Test]
    public void A_path_without_a_query_is_enough() =>
        Assert.That(Parse(Plain.Replace("?trading_group_token=abc&features=orders%2Cresume", "", StringComparison.Ordinal), out _)?.Query, Is.Empty);

    [Test]
    public void The_key_is_answered_as_the_standard_says() =>
        Assert.That(Handshake.Answer(Key), Is.EqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));

    [TestCase("GET ", "POST ", TestName = "another method")]
    [TestCase("GET ", "get ", TestName = "a method in small letters")]
    [TestCase("HTTP/1.1", "HTTP/1.0", TestName = "an older version")]
    [TestCase("/ws/events", "/ws/eventsx", TestName = "a longer path")]
    [TestCase("/ws/events", "/ws/EVENTS", TestName = "a path in capitals")]
    [TestCase("/ws/events", "http://127.0.0.1/ws/events", TestName = "a whole address")]
    [TestCase("?trading", "#trading", TestName = "a fragment")]
    [TestCase("=abc", "=a\u00ffc", TestName = "a byte beyond ASCII in the target")]
    [TestCase("=abc", "=a c", TestName = "a space in the target")]
    [TestCase("Host: 127.0.0.1:8000\r\n", "", TestName = "no host")]
    [TestCase("Host: 127.0.0.1:8000\r\n", "Host: a\r\nHost: b\r\n", TestName = "two hosts")]
    [TestCase("Upgrade: websocket", "Upgrade: h2c", TestName = "another upgrade")]
    [TestCase("Upgrade: websocket\r\n", "", TestName = "no upgrade")]
    [TestCase("Connection: Upgrade", "Connection: keep-alive", TestName = "a connection that stays")]
    [TestCase("Version: 13", "Version: 8", TestName = "an older WebSocket")]
    [TestCase("Version: 13", "Version: 13\r\nSec-WebSocket-Version: 8", TestName = "two versions")]
    [TestCase("Version: 13", "Version: 8\r\nSec-WebSocket-Version: 13", TestName = "two versions, the right one last")]
    [TestCase("Host: 127.0.0.1:8000", "Host: a b<>", TestName = "a host that is none")]
    [TestCase("Host: 127.0.0.1:8000", "Host: ", TestName = "an empty host")]
    [TestCase(Key, "c2hvcnQ=", TestName = "a short key")]
    [TestCase(Key, "dGhlIHNhbXBs ZSBub25jZQ==", TestName = "a key with a blank")]
    [TestCase(Key, "dGhlIHNhbXBsZSBub25jZQ", TestName = "a key without its end")]
    [TestCase(Key, "not base64 at all!", TestName = "a key that is no base64")]
    [TestCase("Host:", "Host :", TestName = "a space before the colon")]
    [TestCase("Host:", " Host:", TestName = "a folded line")]
    [TestCase("Host: 127", "Host: 1\u000127", TestName = "a control character in a value")]
    [TestCase("Host: 127", "Host: 1\n27", TestName = "a bare line feed")]
    [TestCase("Host:", "no colon\r\nHost:", TestName = "a line without a colon")]
    [TestCase("Host:", "Content-Length: 3\r\nHost:", TestName = "a body")]
    [TestCase("Host:", "transfer-encoding: chunked\r\nHost:", TestName = "a chunked body")]
    [TestCase("Host:", "Authorization: a\r\nAuthorization: b\r\nHost:", TestName = "two credentials")]
    [TestCase("\r\n\r\n", "\r\n", TestName = "no empty line")]
    [TestCase("Host:", "\r\nHost:", TestName = "an early empty line")]
    public void Everything_else_is_left_to_HTTP(string part, string instead)
    {
        var text = Plain.Replace(part, instead, StringComparison.Ordinal);
        Assert.That(text, Is.Not.EqualTo(Plain));
        Assert.That(Parse(text, out _), Is.Null);
    }

    [Test]
    public void No_beginning_of_a_request_is_taken_for_a_whole_one()
    {
        for (var length = 0; length < Plain.Length; length++)
        {
            Assert.That(Parse(Plain[..length], out _), Is.Null, Plain[..length]);
        }
    }

    [Test]
    public void A_head_that_is_too_long_is_left_to_HTTP() =>
        Assert.That(Parse(Plain.Replace("Host:", $"Cookie: {new string('x', 9000)}\r\nHost:", StringComparison.Ordinal), out _), Is.Null);

    private static UpgradeRequest? Parse(string text, out int length) =>
        UpgradeRequest.Parse(Encoding.Latin1.GetBytes(text), "/ws/events"u8, out length);
}

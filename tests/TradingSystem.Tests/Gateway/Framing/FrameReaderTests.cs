using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Framing;

namespace TradingSystem.Tests.Gateway.Framing;

/// <summary>RFC 6455 from the server's side. Every case is read whole and byte by byte: where the network cuts must not matter.</summary>
public sealed class FrameReaderTests
{
    private const int Max = 64 * 1024;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(125)]
    [TestCase(126)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public async Task A_text_message_of_any_length_comes_as_it_was_sent(int length)
    {
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        foreach (var cut in new[] { int.MaxValue, 1000, length < 1000 ? 1 : 333 })
        {
            var read = await ReadAllAsync(Client(Opcode.Text, payload), cut);
            Assert.That(read, Has.Count.EqualTo(1));
            Assert.That(read[0].Opcode, Is.EqualTo(Opcode.Text));
            Assert.That(read[0].Payload, Is.EqualTo(payload));
        }
    }

    [Test]
    public async Task Fragments_are_put_together_and_control_frames_pass_between_them()
    {
        byte[] bytes =
        [
            .. Client(Opcode.Text, "ab"u8.ToArray(), final: false),
            .. Client(Opcode.Ping, "p"u8.ToArray()),
            .. Client(Opcode.Continuation, "cd"u8.ToArray(), final: false),
            .. Client(Opcode.Continuation, [], final: false),
            .. Client(Opcode.Continuation, "e"u8.ToArray()),
            .. Client(Opcode.Text, "next"u8.ToArray()),
        ];
        foreach (var cut in new[] { int.MaxValue, 1, 7 })
        {
            var read = await ReadAllAsync(bytes, cut);
            Assert.That(read.Select(r => (r.Opcode, Encoding.ASCII.GetString(r.Payload))), Is.EqualTo(new[]
            {
                (Opcode.Ping, "p"), (Opcode.Text, "abcde"), (Opcode.Text, "next"),
            }));
        }
    }

    [Test]
    public async Task Frames_that_arrive_together_are_all_read()
    {
        var bytes = Enumerable.Range(0, 500).SelectMany(n => Client(Opcode.Text, Encoding.ASCII.GetBytes($"{n}"))).ToArray();
        foreach (var cut in new[] { int.MaxValue, 17 })
        {
            var read = await ReadAllAsync(bytes, cut);
            Assert.That(read.Select(r => Encoding.ASCII.GetString(r.Payload)), Is.EqualTo(Enumerable.Range(0, 500).Select(n => $"{n}")));
        }
    }

    private static IEnumerable<TestCaseData> Violations()
    {
        TestCaseData Case(string name, byte[] bytes, CloseReason expected) => new TestCaseData(bytes, expected).SetArgDisplayNames(name);
        yield return Case("no mask", [0x81, 0x02, (byte)'{', (byte)'}'], CloseCodes.ProtocolError);
        yield return Case("RSV1, as compression would set", [0xC1, 0x80, 0, 0, 0, 0], CloseCodes.ProtocolError);
        yield return Case("RSV2", [0xA1, 0x80, 0, 0, 0, 0], CloseCodes.ProtocolError);
        yield return Case("RSV3", [0x91, 0x80, 0, 0, 0, 0], CloseCodes.ProtocolError);
        foreach (var opcode in new byte[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
        {
            yield return Case($"reserved opcode {opcode}", [(byte)(0x80 | opcode), 0x80, 0, 0, 0, 0], CloseCodes.ProtocolError);
        }

        yield return Case("fragmented ping", Client(Opcode.Ping, [], final: false), CloseCodes.ProtocolError);
        yield return Case("fragmented close", Client(Opcode.Close, [], final: false), CloseCodes.ProtocolError);
        yield return Case("ping of 126 bytes", Client(Opcode.Ping, new byte[126]), CloseCodes.ProtocolError);
        yield return Case("continuation of nothing", Client(Opcode.Continuation, []), CloseCodes.ProtocolError);
        yield return Case("text inside a fragmented text", [.. Client(Opcode.Text, [], final: false), .. Client(Opcode.Text, [])], CloseCodes.ProtocolError);
        yield return Case("negative length", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], CloseCodes.ProtocolError);
        yield return Case("one byte too long", Client(Opcode.Text, new byte[Max + 1])[..14], CloseCodes.FrameTooLarge);
        yield return Case("a length nobody can hold", [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], CloseCodes.FrameTooLarge);
        yield return Case(
            "fragments that are too long together",
            [.. Client(Opcode.Text, new byte[Max], final: false), .. Client(Opcode.Continuation, new byte[1])], CloseCodes.FrameTooLarge);
    }

    [TestCaseSource(nameof(Violations))]
    public async Task A_broken_rule_ends_the_reading_with_its_code(byte[] bytes, CloseReason expected)
    {
        foreach (var cut in new[] { int.MaxValue, 1 })
        {
            var read = await ReadAllAsync([.. bytes, .. Client(Opcode.Text, "after"u8.ToArray())], cut);
            Assert.That(read[^1].Violation, Is.EqualTo(expected));
            Assert.That(read.Count(r => Encoding.ASCII.GetString(r.Payload) == "after"), Is.Zero);
        }
    }

    [Test]
    public async Task An_unfinished_frame_is_seen_as_begun_and_an_idle_reader_is_not()
    {
        var whole = Client(Opcode.Text, new byte[10]);
        using var reader = new FrameReader(new Chopped([.. whole, .. whole[..5]], int.MaxValue), Max);
        await reader.FillAsync(CancellationToken.None);
        Assert.That(reader.TryRead(out _), Is.True);
        Assert.That(reader.TryRead(out _), Is.False);
        Assert.That(reader.IsInsideMessage, Is.True);
        using var idle = new FrameReader(new Chopped(whole, int.MaxValue), Max);
        await idle.FillAsync(CancellationToken.None);
        idle.TryRead(out _);
        Assert.That(idle.IsInsideMessage, Is.False);
    }

    [TestCase(0, 2)]
    [TestCase(125, 2)]
    [TestCase(126, 4)]
    [TestCase(65_535, 4)]
    [TestCase(65_536, 10)]
    public void A_servers_header_is_the_shortest_that_can_say_the_length(int length, int header)
    {
        var bytes = new byte[FrameHeader.MaxBytes];
        Assert.That(FrameHeader.Write(bytes, Opcode.Text, length), Is.EqualTo(header));
        Assert.That(bytes[0], Is.EqualTo(0x81));
        Assert.That(bytes[1] & 0x80, Is.Zero, "servers do not mask");
        Assert.That(
            header switch { 2 => bytes[1], 4 => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)), _ => (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(2)) },
            Is.EqualTo(length));
    }

    private static async Task<List<(Opcode Opcode, byte[] Payload, CloseReason? Violation)>> ReadAllAsync(byte[] bytes, int cut)
    {
        var read = new List<(Opcode, byte[], CloseReason?)>();
        using var reader = new FrameReader(new Chopped(bytes, cut), Max);
        while (await reader.FillAsync(CancellationToken.None))
        {
            while (reader.TryRead(out var incoming))
            {
                read.Add((incoming.Opcode, incoming.Payload.ToArray(), incoming.Violation));
                if (incoming.Violation is not null)
                {
                    return read;
                }
            }
        }

        return read;
    }

    /// <summary>A frame as a client masks it.</summary>
    private static byte[] Client(Opcode opcode, byte[] payload, bool final = true)
    {
        var header = new byte[FrameHeader.MaxBytes];
        var length = FrameHeader.Write(header, opcode, payload.Length);
        header[0] = (byte)((final ? 0x80 : 0) | (byte)opcode);
        header[1] |= 0x80;
        byte[] mask = [0x12, 0xF4, 0x00, 0x9B];
        return [.. header[..length], .. mask, .. payload.Select((b, i) => (byte)(b ^ mask[i % 4]))];
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class Chopped(byte[] bytes, int cut) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(cut, buffer.Length)], cancellationToken);
    }
}

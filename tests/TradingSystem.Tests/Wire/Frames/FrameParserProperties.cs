using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Tests.Wire.Frames;

public sealed class FrameParserProperties
{
    private static readonly byte[] Template = Encoding.UTF8.GetBytes(
        """{"type":"event","event_type":"post_trade","priority":7,"targets":["x"],"title":"\u00e4","payload":"{\"symbol\":\"BTCUSDT\",\"signal\":{\"action\":\"LONG\",\"qty\":0.5}}","condition":{"domain":"trade_decision"}}""");

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Test]
    public void The_parser_never_throws_on_any_bytes() =>
        Prop.ForAll<byte[]>(bytes => Consistent(bytes)).Check(Many);

    [Test]
    public void The_parser_never_throws_on_a_good_frame_with_bytes_changed() =>
        Prop.ForAll<int, byte>((position, value) =>
        {
            var bytes = (byte[])Template.Clone();
            bytes[(int)((uint)position % bytes.Length)] = value;
            return Consistent(bytes);
        }).Check(Many);

    [Test]
    public void The_parser_never_throws_on_a_good_frame_cut_short()
    {
        for (var length = 0; length < Template.Length; length++)
        {
            Assert.That(Consistent(Template[..length]), Is.True);
        }
    }

    /// <summary>Either a frame or errors, and the answer to the errors is JSON.</summary>
    private static bool Consistent(byte[] bytes)
    {
        var result = FrameParser.Parse(bytes, Dialect.Type);
        if (result.Frame is not null)
        {
            return result.Errors.Count == 0;
        }

        using var reply = JsonDocument.Parse(ReplyWriter.ValidationError(result.Errors, result.RequestId, result.Dialect));
        return result.Errors.Count > 0 && reply.RootElement.GetProperty("detail").GetArrayLength() == result.Errors.Count;
    }
}

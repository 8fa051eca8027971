using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.Stories;

[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class StoryTextTests
{
    [TestCase("Bitcoin &amp; Ether rise", "Bitcoin & Ether rise")]
    [TestCase("AT&amp;amp;T", "AT&T")]
    [TestCase("<p style=\"float:right\"><img src=x onerror=alert(1)></p>Up 5&nbsp;%", "Up 5 %")]
    [TestCase("a<br/>b</p><p>c", "a b c")]
    [TestCase("before<script>alert('<b>')</script>after", "before after")]
    [TestCase("a<style>p{}</style >b<!-- <b>hidden</b> -->c", "a b c")]
    [TestCase("&lt;script&gt;alert(1)&lt;/script&gt;still text", "still text")]
    [TestCase("&amp;lt;img src=x&amp;gt;", "")]
    [TestCase("if a < b and c > d", "if a < b and c > d")]
    [TestCase("cut <b off", "cut \u2039b off")]
    [TestCase("one\r\n\ttwo\u00a0\u2003three\0four", "one two three four")]
    [TestCase("\u202Eevil\u202C \u200Bhidden\uFEFF", "evil hidden")]
    [TestCase("tag \U000E0041\U000E0042 characters", "tag characters")]
    [TestCase("a\uFE00b\uFE0Fc\U000E0100d\U000E01EFe\u034Ff\u115Fg\u1160h\u17B4i\u17B5j\u180Bk\u180Dl\u3164m\uFFA0n\u2800o", "abcdefghijklmno")]
    [TestCase("&#65039;a&#x2800;", "a")]
    [TestCase("&#0;&#xD83D;&#60;b&#62;x", "&#xD83D; x")]
    [TestCase("caf\u00e9 \u0431\u0438\u0442\u043a\u043e\u0438\u043d \ud83d\ude80", "caf\u00e9 \u0431\u0438\u0442\u043a\u043e\u0438\u043d \ud83d\ude80")]
    public void Text_is_plain(string source, string expected) => Assert.That(StoryText.Plain(source, 1000), Is.EqualTo(expected));

    [Test]
    public void Half_a_pair_is_no_character() => Assert.That(StoryText.Plain("half \uD83D pair", 1000), Is.EqualTo("half \uFFFD pair"));

    [Test]
    public void What_is_too_long_ends_with_an_ellipsis_and_never_within_a_character()
    {
        Assert.That(StoryText.Plain(new string('x', 50), 10), Is.EqualTo("xxxxxxxxx\u2026"));
        Assert.That(StoryText.Plain("xxxxxxxx\U0001F680\U0001F680", 10), Is.EqualTo("xxxxxxxx\u2026"));
    }

    [TestCase("<", 1_000_000)]
    [TestCase("<!--", 300_000)]
    [TestCase("&amp;", 300_000)]
    [TestCase("<a ", 300_000)]
    [TestCase("<script>", 200_000)]
    [TestCase("&lt;", 300_000)]
    [MaxTime(20_000)]
    public void What_never_ends_takes_no_time(string part, int times)
    {
        var text = StoryText.Plain(string.Concat(Enumerable.Repeat(part, times)) + "x", 1000);
        Assert.That(text, Has.Length.LessThanOrEqualTo(1000));
        Assert.That(StoryText.Plain(text, 1000), Is.EqualTo(text));
    }

    [FsCheck.NUnit.Property(MaxTest = 5000)]
    public Property Whatever_a_feed_writes_becomes_one_line_without_markup_and_stays_so()
    {
        string[] parts =
        [
            "<", ">", "&", ";", "amp;", "lt;", "gt;", "#60;", "#x3c;", "b", "/", "script", "<!--", "-->", " ", "\n", "\"", "'", "=", "&lt", "&amp;lt;", "&#62;", "x", "\0", "\u202E",
            "\uD83D", "\uDE80", "<p>", "</script>", "<script", "title", "&nbsp;", "\u2039",
        ];
        var texts = Gen.ArrayOf(Gen.Elements(parts)).Select(p => string.Concat(p));
        return Prop.ForAll(texts.ToArbitrary(), source =>
        {
            var text = StoryText.Plain(source, 40);
            return text.Length <= 40
                && !text.Any(c => char.IsControl(c) || c is '\u202E')
                && !Enumerable.Range(0, Math.Max(0, text.Length - 1)).Any(i => text[i] == '<' && (char.IsAsciiLetter(text[i + 1]) || text[i + 1] is '/' or '!' or '?'))
                && StoryText.Plain(text, 40) == text;
        });
    }
}

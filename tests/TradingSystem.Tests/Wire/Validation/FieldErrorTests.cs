using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Validation;

/// <summary>What errors repeat of what was sent.</summary>
[TestFixture]
public sealed class FieldErrorTests
{
    private static readonly Encoding Strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Characters of one to four bytes, in any mixture.</summary>
    private static readonly Arbitrary<string> Texts = Gen
        .Elements("a", "é", "€", "한", "😀", "👩‍🚀", "\"", "\\").ListOf().Select(parts => string.Concat(parts)).Resize(400).ToArbitrary();

    [Test]
    public void A_text_is_never_cut_within_a_character() =>
        Prop.ForAll(Texts, Gen.Choose(1, 200).ToArbitrary(), (text, most) =>
        {
            var shown = FieldError.Shorten(text, most);
            Strict.GetBytes(shown);
            return text.Length <= most ? shown == text : shown.EndsWith('…') && text.StartsWith(shown[..^1], StringComparison.Ordinal) && shown.Length >= most;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Bytes_are_shown_as_the_text_that_they_are() =>
        Prop.ForAll(Texts, text => FieldError.Shorten(Encoding.UTF8.GetBytes(text)) == FieldError.Shorten(text)).QuickCheckThrowOnFailure();

    [TestCase("€")]
    [TestCase("😀")]
    [TestCase("é")]
    public void A_broken_body_is_repeated_in_whole_characters(string character)
    {
        for (var offset = 0; offset < 4; offset++)
        {
            var errors = new List<FieldError>();
            Assert.That(StrictJson.Parse(Encoding.UTF8.GetBytes(new string('x', offset) + string.Concat(Enumerable.Repeat(character, 500))), "$", errors), Is.Null);
            Assert.That(errors.Single().Got, Does.Not.Contain("\uFFFD").And.EndsWith("…"));
        }
    }

    [Test]
    public void A_text_that_is_short_enough_stays_as_it_is() => Assert.That(FieldError.Shorten("short"), Is.EqualTo("short"));
}

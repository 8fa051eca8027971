using System.Text.Json;
using FsCheck;
using NUnit.Framework;
using TradingSystem.Diary.Storage;

namespace TradingSystem.Tests.Diary.Storage;

[TestFixture]
public sealed class StringListsTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Any_list_reads_back_as_it_was(NonNull<string>[] words)
    {
        var list = words.Select(w => new string([.. w.Get.Where(c => !char.IsSurrogate(c))])).ToArray();
        return JsonSerializer.Deserialize<string[]>(StringLists.Serialize(list))!.SequenceEqual(list);
    }

    [TestCase("trade_crypto_btcusdt_15m", "*", "symbol:BTCUSDT")]
    [TestCase("quo\"te", "back\\slash", "new\nline", "grüße", "🚀", "<&'+>")]
    public void The_short_cut_writes_what_the_serialiser_would(params string[] words) =>
        Assert.That(StringLists.Serialize(words), Is.EqualTo(JsonSerializer.Serialize(words)));

    [Test]
    public void An_empty_list_is_an_empty_array() => Assert.That(StringLists.Serialize([]), Is.EqualTo("[]"));
}

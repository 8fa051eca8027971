using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using TradingSystem.Execution.Accounts.Secrets;

namespace TradingSystem.Tests.Execution.Accounts.Secrets;

[TestFixture]
public sealed class KeyRingTests
{
    private static readonly byte[] Good = RandomNumberGenerator.GetBytes(32);

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():n}");

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    private static IEnumerable<TestCaseData> BadKeys()
    {
        static TestCaseData Case(string name, byte[] key) => new TestCaseData(Convert.ToBase64String(key)).SetArgDisplayNames(name);
        yield return Case("all zero", new byte[32]);
        yield return Case("all the same", [.. Enumerable.Repeat((byte)0xA7, 32)]);
        yield return Case("two bytes in turn", [.. Enumerable.Range(0, 32).Select(i => (byte)(i % 2 == 0 ? 0x5A : 0x33))]);
        yield return Case("its half twice", [.. Good[..16], .. Good[..16]]);
        yield return Case("a quarter four times", [.. Good[..8], .. Good[..8], .. Good[..8], .. Good[..8]]);
        yield return Case("counting up", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        yield return Case("counting down by three", [.. Enumerable.Range(0, 32).Select(i => (byte)(200 - (3 * i)))]);
        yield return Case("a few bytes and zeroes", [.. Good[..10], .. new byte[22]]);
        yield return Case("few ones", [.. Enumerable.Range(0, 32).Select(i => (byte)((1 << (i % 8)) | (i / 8)))]);
        yield return Case("English", Encoding.ASCII.GetBytes("The quick brown fox jumps over t"));
        yield return Case("hexadecimal text", Encoding.ASCII.GetBytes("9f86d081884c7d659a2feaa0c55ad015"));
        yield return Case("too short", Good[..16]);
        yield return Case("one byte short", Good[..31]);
        yield return Case("too long", [.. Good, 1]);
        foreach (var text in new[]
        {
            "changeme", "CHANGE_ME", "replace-with-32-random-bytes-in-base64", "<your key>", "${EXECUTION_KEY}", "secret", "placeholder", "example",
            "your-key-here", "********", "0", "not base64 at all", "exampleexampleexampleexampleexampleexamplee=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        })
        {
            yield return new TestCaseData(text).SetArgDisplayNames($"the text {text}");
        }
    }

    [TestCaseSource(nameof(BadKeys))]
    public void A_key_that_nobody_can_have_meant_is_refused_and_never_quoted(string key)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Keys.Ring(key));
        Assert.Multiple(() =>
        {
            Assert.That(failure!.Message, Does.StartWith("EXECUTION__KEYS__1 is not a key: "));
            Assert.That(key.Length >= 12 && failure.Message.Contains(key, StringComparison.OrdinalIgnoreCase), Is.False);
        });
    }

    [Test]
    public void Random_keys_are_good()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = RandomNumberGenerator.GetBytes(32);
            Assert.That(KeyQuality.Fault(Convert.ToBase64String(bytes), out var key), Is.Null);
            Assert.That(key, Is.EqualTo(bytes));
        }
    }

    [Test]
    public void No_setting_is_no_key_and_no_error()
    {
        var ring = Keys.Read(("Execution:Keys:1", ""), ("Execution:KeyFile", ""));
        Assert.That((ring.IsEmpty, ring.Newest, ring.Find(1).IsEmpty), Is.EqualTo((true, 0, true)));
    }

    [Test]
    public void The_highest_version_is_the_newest_whatever_the_order()
    {
        var (one, two, ten) = (Keys.Random(), Keys.Random(), Keys.Random());
        var ring = Keys.Read(("Execution:Keys:10", ten), ("Execution:Keys:2", two), ("Execution:Keys:1", one));
        Assert.Multiple(() =>
        {
            Assert.That(ring.Newest, Is.EqualTo(10));
            Assert.That(Convert.ToBase64String(ring.Find(2)), Is.EqualTo(two));
            Assert.That(ring.Find(3).IsEmpty, Is.True);
        });
    }

    [Test]
    public void A_file_has_a_version_and_a_key_a_line()
    {
        var (one, two) = (Keys.Random(), Keys.Random());
        File.WriteAllText(_file, $"# made for this test\n\n1:{one}\n 2 : {two} \n");
        var ring = Keys.Read(("Execution:KeyFile", _file));
        Assert.That((ring.Newest, Convert.ToBase64String(ring.Find(1))), Is.EqualTo((2, one)));
    }

    [Test]
    public void File_and_environment_add_up_and_may_not_contradict_each_other()
    {
        var (one, two) = (Keys.Random(), Keys.Random());
        File.WriteAllText(_file, $"1:{one}\n");
        Assert.That(Keys.Read(("Execution:KeyFile", _file), ("Execution:Keys:1", one), ("Execution:Keys:2", two)).Newest, Is.EqualTo(2));
        var failure = Assert.Throws<InvalidOperationException>(() => Keys.Read(("Execution:KeyFile", _file), ("Execution:Keys:1", two)));
        Assert.That(failure!.Message, Does.Contain("version 1 a second key").And.Not.Contain(one).And.Not.Contain(two));
    }

    [TestCase("", "has no key")]
    [TestCase("# only a comment\n", "has no key")]
    [TestCase("nonsense\n", "line 1, has no version")]
    [TestCase("0:key\n", "line 1, has no version")]
    [TestCase("-1:key\n", "line 1, has no version")]
    [TestCase("1:changeme\n", "line 1, is not a key: it is a placeholder")]
    public void A_file_that_holds_no_key_is_refused(string content, string why)
    {
        File.WriteAllText(_file, content);
        Assert.That(Assert.Throws<InvalidOperationException>(() => Keys.Read(("Execution:KeyFile", _file)))!.Message, Does.Contain(why).And.Contain("EXECUTION__KEYFILE"));
    }

    [Test]
    public void A_file_that_does_not_exist_is_refused() =>
        Assert.That(
            Assert.Throws<InvalidOperationException>(() => Keys.Read(("Execution:KeyFile", _file)))!.Message,
            Does.Contain("EXECUTION__KEYFILE names a file that does not exist"));

    [Test]
    public void A_version_that_is_no_number_is_refused() =>
        Assert.That(Assert.Throws<InvalidOperationException>(() => Keys.Read(("Execution:Keys:primary", Keys.Random())))!.Message, Does.Contain("has no version"));
}

using NUnit.Framework;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class LogProgressTests
{
    [Test]
    public void A_message_that_some_queue_has_not_finished_holds_the_checkpoint_back()
    {
        var progress = new LogProgress([new DurableSubscription("a", [typeof(string)]), new DurableSubscription("b", [typeof(string)])]);
        progress.StartAt(10);
        progress.Appended(11, typeof(int));
        Assert.That(progress.Done, Is.EqualTo(11), "nobody reads it, so it is finished");
        progress.Appended(12, typeof(string));
        progress.Appended(13, typeof(string));
        Assert.That(progress.Done, Is.EqualTo(11));
        progress.Finished(13, "a");
        progress.Finished(13, "b");
        progress.Finished(12, "a");
        Assert.That(progress.Done, Is.EqualTo(11), "b has not finished 12");
        progress.Finished(12, "b");
        Assert.That(progress.Done, Is.EqualTo(13));
    }
}

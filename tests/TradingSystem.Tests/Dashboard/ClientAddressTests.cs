using System.Net;
using NUnit.Framework;
using TradingSystem.Dashboard.Accounts;

namespace TradingSystem.Tests.Dashboard;

[TestFixture]
public sealed class ClientAddressTests
{
    [TestCase("203.0.113.7", "203.0.113.7")]
    [TestCase("::ffff:203.0.113.7", "203.0.113.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    public void A_subscriber_is_counted_as_one(string address, string counted) =>
        Assert.That(ClientAddress.Of(IPAddress.Parse(address)), Is.EqualTo(counted));
}

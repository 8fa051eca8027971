using System.Net;
using FsCheck;
using NUnit.Framework;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Tests.Hosting.Outbound;

/// <summary>Which addresses a service may call.</summary>
[TestFixture]
public sealed class AddressRangesTests
{
    [TestCase("0.0.0.0")]
    [TestCase("10.255.255.255")]
    [TestCase("100.64.0.1", Description = "carrier-grade NAT")]
    [TestCase("100.127.255.255")]
    [TestCase("127.0.0.1")]
    [TestCase("127.255.0.9")]
    [TestCase("169.254.169.254", Description = "a cloud's metadata")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.0.0.8")]
    [TestCase("192.168.1.1")]
    [TestCase("198.18.0.1")]
    [TestCase("224.0.0.251")]
    [TestCase("255.255.255.255")]
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1", Description = "mapped")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("::127.0.0.1", Description = "compatible")]
    [TestCase("64:ff9b::7f00:1", Description = "NAT64 of 127.0.0.1")]
    [TestCase("64:ff9b::a9fe:a9fe", Description = "NAT64 of 169.254.169.254")]
    [TestCase("64:ff9b:1::1", Description = "a network's own NAT64")]
    [TestCase("2001::1", Description = "Teredo")]
    [TestCase("2001:db8::1")]
    [TestCase("2002:7f00:1::", Description = "6to4 of 127.0.0.1")]
    [TestCase("fc00::1")]
    [TestCase("fd12:3456::1")]
    [TestCase("fe80::1")]
    [TestCase("fec0::1")]
    [TestCase("ff02::1")]
    [TestCase("100::1")]
    public void What_is_not_on_the_public_internet_is_refused(string address) => Assert.That(AddressRanges.IsPublic(IPAddress.Parse(address)), Is.False);

    [TestCase("1.1.1.1")]
    [TestCase("100.63.255.255")]
    [TestCase("100.128.0.0")]
    [TestCase("172.15.255.255")]
    [TestCase("172.32.0.0")]
    [TestCase("223.255.255.255")]
    [TestCase("2606:4700::1111")]
    [TestCase("::ffff:1.1.1.1")]
    [TestCase("64:ff9b::101:101")]
    public void The_public_internet_is_not(string address) => Assert.That(AddressRanges.IsPublic(IPAddress.Parse(address)), Is.True);

    [FsCheck.NUnit.Property(MaxTest = 2_000)]
    public bool However_an_IPv4_address_is_written_it_is_judged_the_same(byte a, byte b, byte c, byte d)
    {
        var plain = new IPAddress([a, b, c, d]);
        var nat64 = IPAddress.Parse($"64:ff9b::{plain}");
        var judged = AddressRanges.IsPublic(plain);
        return AddressRanges.IsPublic(plain.MapToIPv6()) == judged && AddressRanges.IsPublic(nat64) == judged;
    }

    /// <summary>Oracle: the first octets written out by hand, without any prefix arithmetic.</summary>
    [FsCheck.NUnit.Property(MaxTest = 5_000)]
    public bool Private_loopback_link_local_shared_and_multicast_addresses_of_IPv4_are_never_public(byte a, byte b, byte c, byte d)
    {
        var inside = a is 0 or 10 or 127 or >= 224
            || (a == 100 && b is >= 64 and <= 127)
            || (a == 169 && b == 254)
            || (a == 172 && b is >= 16 and <= 31)
            || (a == 192 && b == 168)
            || (a == 198 && b is 18 or 19);
        return !inside || !AddressRanges.IsPublic(new IPAddress([a, b, c, d]));
    }

    [FsCheck.NUnit.Property(MaxTest = 2_000)]
    public bool An_IPv6_address_outside_global_unicast_is_public_only_as_an_IPv4_address_in_disguise(NonNegativeInt seed)
    {
        var bytes = new byte[16];
        new Random(seed.Get).NextBytes(bytes);
        var address = new IPAddress(bytes);
        return bytes[0] >> 5 == 1 || !AddressRanges.IsPublic(address) || AddressRanges.Plain(address).AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
    }

    [TestCase("10.1.0.0/16", "any.example", "10.1.2.3", true)]
    [TestCase("10.1.0.0/16", "any.example", "::ffff:10.1.2.3", true)]
    [TestCase("10.1.0.0/16", "any.example", "10.2.0.1", false)]
    [TestCase("127.0.0.1", "any.example", "127.0.0.1", true)]
    [TestCase("127.0.0.1", "any.example", "127.0.0.2", false)]
    [TestCase("fd00::/8, model.internal", "MODEL.internal.", "192.168.0.4", true)]
    [TestCase("fd00::/8, model.internal", "other.internal", "192.168.0.4", false)]
    [TestCase("fd00::/8, model.internal", "other.internal", "fd00::7", true)]
    public void A_setting_allows_networks_addresses_and_names(string allowed, string host, string address, bool may)
    {
        var gate = new OutboundGate(new OutboundOptions { AllowPrivate = allowed }.Validated());
        Assert.That(gate.Allows(host, IPAddress.Parse(address)), Is.EqualTo(may));
    }

    [TestCase("10.0.0.0/33")]
    [TestCase("not a name")]
    [TestCase("http://host")]
    public void An_entry_that_is_none_of_them_is_refused(string entry) =>
        Assert.That(() => new OutboundOptions { AllowPrivate = entry }.Validated(), Throws.TypeOf<SettingException>().With.Message.Contain($"OUTBOUND__ALLOWPRIVATE: '{entry}'"));
}

using FsCheck;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Settings;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Tests.Hosting.Settings;

/// <summary>How broker and database are addressed: as one text or by parts, and what is said when that does not parse.</summary>
[TestFixture]
public sealed class ServerAddressTests
{
    private const string Secret = "hunter2";

    [Test]
    public void An_amqp_address_is_read_with_its_parts_decoded() =>
        Assert.That(
            new BusOptions { RabbitMq = "amqp://us%40er:p%2Fa%3Ass@broker:5673/my%2Fhost" }.Address,
            Is.EqualTo(new BrokerAddress("broker", 5673, "us@er", "p/a:ss", "my/host", Tls: false)));

    [TestCase("amqp://broker", 5672, false)]
    [TestCase("amqps://broker/", 5671, true)]
    public void What_an_address_leaves_out_is_the_protocols_default(string address, int port, bool tls) =>
        Assert.That(new BusOptions { RabbitMq = address }.Address, Is.EqualTo(new BrokerAddress("broker", port, "guest", "guest", "/", tls)));

    [Test]
    public void An_address_in_brackets_is_one_of_IPv6() =>
        Assert.That(new BusOptions { RabbitMq = "amqp://[::1]:5673/" }.Address, Is.EqualTo(new BrokerAddress("::1", 5673, "guest", "guest", "/", Tls: false)));

    [Test]
    public void Parts_take_the_place_of_those_in_the_address() =>
        Assert.That(
            new BusOptions { RabbitMq = "amqp://a:b@one/x", Host = "two", Port = 7, User = "u", Password = "p@/:#%", VirtualHost = "v/1", Tls = true }.Address,
            Is.EqualTo(new BrokerAddress("two", 7, "u", "p@/:#%", "v/1", Tls: true)));

    [TestCase("amqp://user:hunter2@x@host/", "'@' in the user or the password is written %40")]
    [TestCase("amqp://user:hunter2/x@host/", "'/' in the user or the password is written %2F")]
    [TestCase("amqp://user:12/hunter2@host/", "'/' in the user or the password is written %2F")]
    [TestCase("amqp://user:hunter2:x@host/", "':' in the user or the password is written %3A")]
    [TestCase("amqp://user:hunter2#x@host/", "'#' in the user or the password is written %23")]
    [TestCase("amqp://user:hunter2%x@host/", "a % in it is written %25")]
    [TestCase("hunter2", "it must begin with amqp:// or amqps://")]
    [TestCase("http://user:hunter2@host/", "it must begin with amqp:// or amqps://")]
    [TestCase("amqp://user:hunter2@/", "it has no host")]
    [TestCase("amqp://user:hunter2@host:port/", "its port is no whole number from 1 to 65535")]
    public void An_address_that_does_not_parse_says_why_and_how_to_escape_without_the_password(string address, string why) =>
        Assert.That(
            () => new BusOptions { RabbitMq = address }.Address,
            Throws.TypeOf<SettingException>().With.Message.Contain(why).And.Message.Contain("@ is %40").And.Message.Contain("BUS__PASSWORD").And.Message.Not.Contain(Secret));

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Whatever_is_percent_encoded_comes_back_as_it_was(NonEmptyString text)
    {
        // A lone surrogate is no character and has no encoding.
        var password = new string([.. text.Get.Where(c => !char.IsSurrogate(c))]);
        return password.Length == 0 || new BusOptions { RabbitMq = $"amqp://u:{Uri.EscapeDataString(password)}@h/" }.Address.Password == password;
    }

    [Test]
    public void A_connection_string_keeps_its_other_keywords_under_parts()
    {
        var connection = new PostgresOptions { Host = "db", Port = 6543, User = "u", Password = "a;b='\"", Database = "d" }.Compose("Host=x;Maximum Pool Size=7;Password=old");
        Assert.That(
            (connection.Host, connection.Port, connection.Username, connection.Password, connection.Database, connection.MaxPoolSize),
            Is.EqualTo(("db", 6543, "u", "a;b='\"", "d", 7)));
    }

    [Test]
    public void A_postgres_address_is_read_too()
    {
        var connection = new PostgresOptions().Compose("postgresql://u:p%40%2F@db:6543/trading?sslmode=require&maximum%20pool%20size=9");
        Assert.That(
            (connection.Host, connection.Port, connection.Username, connection.Password, connection.Database, connection.MaxPoolSize, connection.SslMode),
            Is.EqualTo(("db", 6543, "u", "p@/", "trading", 9, Npgsql.SslMode.Require)));
    }

    [Test]
    public void Without_any_setting_the_database_is_the_local_one()
    {
        var connection = new PostgresOptions().Compose(null);
        Assert.That((connection.Host, connection.Port, connection.Database), Is.EqualTo(("127.0.0.1", 5432, "trading")));
    }

    [TestCase("Host=x;Password=a;hunter2", "KEYWORD=VALUE pairs")]
    [TestCase("Host=x;Password=a;hunter2=b", "a keyword that is none of PostgreSQL's")]
    [TestCase("Host=x;Password=hunter2;Port=many", "the value of port")]
    [TestCase("postgres://u:hunter2/x@db/trading", "'/' in the user or the password is written %2F")]
    public void A_connection_string_that_does_not_parse_says_why_without_the_password(string text, string why) =>
        Assert.That(
            () => new PostgresOptions().Compose(text),
            Throws.TypeOf<SettingException>().With.Message.Contain(why).And.Message.Contain("POSTGRES__PASSWORD").And.Message.Not.Contain(Secret));
}

using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using TradingSystem.Dashboard;
using TradingSystem.Diary;
using TradingSystem.Execution;
using TradingSystem.Gateway;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Settings;
using TradingSystem.TradingGroup;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Hosting.Settings;

[TestFixture]
public sealed class KnownSettingsTests
{
    private static readonly IServiceModule[] All = [new GatewayModule(), new TriggerModule(), new TradingGroupModule(), new ExecutionModule(), new DiaryModule(), new DashboardModule()];

    [TestCase("EXECUTION__FILMODEL", "EXECUTION__FILLMODEL")]
    [TestCase("EXECUTION__FILL_MODEL", "EXECUTION__FILLMODEL")]
    [TestCase("EXECUTIN__FILLMODEL", "EXECUTION__FILLMODEL")]
    [TestCase("EXECUTION__VENUES__STREAMPIN", "EXECUTION__VENUES__STREAMPING")]
    [TestCase("EXECUTION__VENUES__HOSTS__BINANCE__SANDBOX__RES", "EXECUTION__VENUES__HOSTS__BINANCE__SANDBOX__REST")]
    [TestCase("EXECUTION__KEYFIL", "EXECUTION__KEYFILE")]
    [TestCase("EXECUTION__SIMULATION__SPREDBPS", "EXECUTION__SIMULATION__SPREADBPS")]
    [TestCase("GATEWAY__FRAMEPERSECOND", "GATEWAY__FRAMESPERSECOND")]
    [TestCase("TRADING_GROUP__CANDLES", "TRADINGGROUP__CANDLES")]
    [TestCase("TRIGGER__RULES__ENABLE", "TRIGGER__RULES__ENABLED")]
    [TestCase("TRIGGER__RULE__ENABLED", "TRIGGER__RULES__ENABLED")]
    [TestCase("FORWARD__GATWAY", "FORWARD__GATEWAY")]
    [TestCase("AUTH__JWTKY", "AUTH__JWTKEY")]
    [TestCase("BUS__TRANSPRT", "BUS__TRANSPORT")]
    [TestCase("CONNECTIONSTRINGS__POSTGRESS", "CONNECTIONSTRINGS__POSTGRES")]
    public void A_misspelt_setting_is_refused_and_the_right_one_named(string wrong, string right) =>
        Assert.That(() => Check(All, wrong), Throws.TypeOf<SettingException>().With.Message.Contain(wrong).And.Message.EndsWith($"did you mean {right}"));

    [Test]
    public void A_stranger_in_one_of_our_sections_is_answered_with_what_there_is() =>
        Assert.That(() => Check(All, "BUS__COLOUR"), Throws.TypeOf<SettingException>().With.Message.Contain("BUS__PUBLISHDEADLINE").And.Message.Contain("BUS__VIRTUALHOST"));

    [Test]
    public void What_stands_below_a_single_value_is_refused() =>
        Assert.That(() => Check(All, "EXECUTION__FILLMODEL__INSTANT"), Throws.TypeOf<SettingException>().With.Message.Contain("EXECUTION__FILLMODEL is a single value"));

    [TestCase("EXECUTION__KEYS__17")]
    [TestCase("EXECUTION__SIMULATION__FUNDINGRATES__BTCUSDT")]
    [TestCase("TRIGGER__LIVE__TRADEPATHS__0")]
    [TestCase("TRIGGER__REPLAY__ANEW")]
    [TestCase("DASHBOARD__WEBROOT")]
    [TestCase("AUTH__ADMINPASSWORD")]
    [TestCase("auth__jwtkey")]
    public void Free_names_and_any_case_pass(string setting) => Assert.That(() => Check(All, setting), Throws.Nothing);

    [TestCase("LOGGING__LOGLEVEL__DEFAULT")]
    [TestCase("KESTREL__ENDPOINTS__HTTP__URL")]
    [TestCase("ASPNETCORE_URLS")]
    [TestCase("CONNECTIONSTRINGS__OTHER")]
    [TestCase("GATEWAY_INTERFACE")]
    [TestCase("__CF_USER_TEXT_ENCODING")]
    [TestCase("BUG__REPORT")]
    [TestCase("AUTHOR__NAME")]
    [TestCase("POSTGRES_PASSWORD")]
    public void What_is_the_frameworks_or_somebody_elses_is_not_looked_at(string setting) => Assert.That(() => Check(All, setting), Throws.Nothing);

    [TestCase("EXECUTION__FILLMODEL")]
    [TestCase("AUTH__ADMINUSERNAME")]
    [TestCase("FORWARD__DIARY")]
    public void A_service_alone_does_not_mind_the_settings_of_the_others(string setting) =>
        Assert.That(() => Check([new GatewayModule()], setting), Throws.Nothing);

    [Test]
    public void A_service_does_not_start_with_a_setting_that_nobody_reads() =>
        Assert.That(
            () => ServiceApp.Build("execution", [$"--Auth:JwtKey={new string('k', 64)}", "--Execution:FilModel=exchange"], topologyOnly: false, new ExecutionModule()),
            Throws.TypeOf<SettingException>().With.Message.Contain("did you mean EXECUTION__FILLMODEL"));

    [Test]
    public void A_value_that_breaks_its_rule_is_a_matter_of_the_settings_too() =>
        Assert.That(
            () => ServiceApp.Build("execution", [$"--Auth:JwtKey={new string('k', 64)}", "--Execution:FillModel=queue"], topologyOnly: false, new ExecutionModule()),
            Throws.TypeOf<SettingException>().With.Message.Contain("Execution:FillModel must be instant or exchange"));

    private static void Check(IServiceModule[] modules, string variable)
    {
        // As the environment's provider reads a variable.
        var key = variable.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
        ServiceApp.Known(modules).Check(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)"1")]).Build());
    }
}

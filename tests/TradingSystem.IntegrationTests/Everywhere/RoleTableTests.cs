using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Everywhere;

[TestFixture]
public sealed class RoleTableTests
{
    [Test]
    public async Task Every_route_of_every_service_names_who_may_ask_it_and_has_a_line_in_the_table() =>
        Assert.That((await RoleTable.MappedAsync()).Select(l => l.ToString()), Is.EquivalentTo(RoleTable.Lines.Select(l => l.ToString())));
}

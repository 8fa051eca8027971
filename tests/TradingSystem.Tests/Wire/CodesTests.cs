using System.Reflection;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Tests.Wire;

public sealed class CodesTests
{
    [Test]
    public void Every_close_is_in_the_table_with_its_meaning() =>
        Check(CloseCodes.All, Fields<CloseReason>(typeof(CloseCodes)), c => c.Meaning);

    [Test]
    public void Every_refusal_is_in_the_table_with_its_meaning() =>
        Check(ReplyCodes.All, Fields<ReplyCode>(typeof(ReplyCodes)), c => c.Meaning);

    [Test]
    public void Every_reason_is_in_the_table_with_its_meaning() =>
        Check(ReasonCodes.All, Fields<ReasonCode>(typeof(ReasonCodes)), c => c.Meaning);

    [Test]
    public void Every_status_and_action_has_a_meaning() =>
        Assert.That(OrderStatus.Table.Select(s => s.Meaning).Concat(ActionWords.Table.Select(a => a.Meaning)), Has.All.Matches<string>(m => m.Length > 10 && m[^1] == '.'));

    [Test]
    public void A_close_fits_into_its_frame() =>
        Assert.That(CloseCodes.All.Select(c => c.Reason.Length), Has.All.LessThanOrEqualTo(123));

    [Test]
    public void A_refusal_says_when_to_try_again_exactly_if_it_is_worth_it() =>
        Assert.That(ReplyCodes.All.Where(c => c.Retryable != c.RetryAfterMs > 0), Is.Empty);

    private static void Check<T>(IReadOnlyList<T> table, IReadOnlyList<T> fields, Func<T, string> meaning) => Assert.Multiple(() =>
    {
        Assert.That(table, Is.EquivalentTo(fields));
        Assert.That(table.Select(meaning), Has.All.Matches<string>(m => m.Length > 10 && m[^1] == '.'));
    });

    private static List<T> Fields<T>(Type owner) =>
        [.. owner.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(T)).Select(f => (T)f.GetValue(null)!)];
}

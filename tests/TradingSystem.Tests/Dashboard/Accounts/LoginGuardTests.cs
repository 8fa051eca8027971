using NUnit.Framework;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Dashboard.Accounts;

[TestFixture]
public sealed class LoginGuardTests
{
    private const string Home = "203.0.113.7";
    private const string Name = "admin";

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void Five_guesses_are_free_and_every_further_one_waits_twice_as_long_up_to_a_quarter_of_an_hour()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts);

        List<double> waits = [];
        for (var i = 0; i < 12; i++)
        {
            var wait = guard.TryBegin(Home, Name)!.Value;
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait);
            Assert.That(guard.TryBegin(Home, Name), Is.Null, "the wait is over");
        }

        Assert.That(waits, Is.EqualTo(new double[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900 }));
    }

    [Test]
    public void Asking_while_locked_neither_shortens_nor_lengthens_the_wait()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts);

        Assert.That(guard.TryBegin(Home, Name), Is.EqualTo(TimeSpan.FromSeconds(2)));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.That(guard.TryBegin(Home, Name), Is.EqualTo(TimeSpan.FromSeconds(0.5)));
    }

    [Test]
    public void A_lock_concerns_one_address_and_one_name()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts);

        Assert.That(guard.TryBegin(Home, Name), Is.Not.Null);
        Assert.That(guard.TryBegin("198.51.100.1", Name), Is.Null, "its owner, elsewhere");
        Assert.That(guard.TryBegin(Home, "someone"), Is.Null, "another person, same address");
    }

    [Test]
    public void A_right_password_makes_the_wrong_ones_before_it_forgotten()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts - 1);
        guard.Succeeded(Home, Name);

        Guess(guard, LoginGuard.FreeAttempts);
        Assert.That(guard.TryBegin(Home, Name), Is.Not.Null);
    }

    [Test]
    public void Half_an_hour_of_quiet_makes_them_forgotten_too()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts);
        _time.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));

        Guess(guard, LoginGuard.FreeAttempts);
    }

    [Test]
    public void Guesses_made_at_once_gain_nothing()
    {
        var guard = new LoginGuard(_time);
        var admitted = 0;

        Parallel.For(0, 200, _ =>
        {
            if (guard.TryBegin(Home, Name) is null)
            {
                Interlocked.Increment(ref admitted);
            }
        });

        Assert.That(admitted, Is.EqualTo(LoginGuard.FreeAttempts));
    }

    [Test]
    public void A_flood_of_made_up_names_does_not_free_a_locked_one()
    {
        var guard = new LoginGuard(_time);
        Guess(guard, LoginGuard.FreeAttempts);

        for (var i = 0; i < 25_000; i++)
        {
            guard.TryBegin("192.0.2.9", $"made-up-{i}");
            guard.TryBegin($"2001:db8:{i:x}::/64", Name);
        }

        Assert.That(guard.TryBegin(Home, Name), Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void An_address_that_guesses_for_many_names_is_locked_for_all_of_them_and_nobody_elsewhere_is()
    {
        var guard = new LoginGuard(_time);
        for (var i = 0; i < LoginGuard.FreeOfAddress; i++)
        {
            Assert.That(guard.TryBegin(Home, $"name-{i}"), Is.Null, $"name {i}");
        }

        Assert.That(guard.TryBegin(Home, "another"), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(guard.TryBegin("198.51.100.1", "name-1"), Is.Null, "its owner, elsewhere");
    }

    [Test]
    public void A_right_password_does_not_free_the_address_to_guess_for_others()
    {
        var guard = new LoginGuard(_time);
        for (var i = 0; i < LoginGuard.FreeOfAddress - 1; i++)
        {
            guard.TryBegin(Home, $"name-{i}");
        }

        Assert.That(guard.TryBegin(Home, "mine"), Is.Null);
        guard.Succeeded(Home, "mine");
        Assert.That(guard.TryBegin(Home, "theirs"), Is.Null, "the right one itself was no failure");
        Assert.That(guard.TryBegin(Home, "theirs"), Is.Not.Null);
    }

    [Test]
    public void An_attempt_that_nothing_came_of_does_not_count()
    {
        var guard = new LoginGuard(_time);
        for (var i = 0; i < 100; i++)
        {
            Assert.That(guard.TryBegin(Home, Name), Is.Null, $"attempt {i}");
            guard.Undo(Home, Name);
        }

        Guess(guard, LoginGuard.FreeAttempts);
        Assert.That(guard.TryBegin(Home, Name), Is.Not.Null);
    }

    private static void Guess(LoginGuard guard, int times)
    {
        for (var i = 1; i <= times; i++)
        {
            Assert.That(guard.TryBegin(Home, Name), Is.Null, $"guess {i}");
        }
    }
}

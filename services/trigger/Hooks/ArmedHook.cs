using System.Text;
using System.Text.Json;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Hooks;

/// <summary>A hook as requests find it.</summary>
/// <param name="Version">Of its row.</param>
/// <param name="SecretHash">SHA-256, 32 bytes.</param>
/// <param name="SigningKey">Of a hook that checks signatures; null where there is none, or it can no longer be derived.</param>
public sealed record ArmedHook(Guid Id, int Version, HookDocument Document, HookText Text, byte[] SecretHash, byte[]? SigningKey, HookMeter Meter)
{
    /// <summary>Who it says its events and logs come from.</summary>
    public string Source => $"hook:{Document.Name}";
}

/// <summary>How often a hook is asked, on this node; it outlives the hook's changes.</summary>
public sealed class HookMeter(int perMinute, TimeProvider time)
{
    private const int WrongPerMinute = 600;

    private readonly Lock _lock = new();
    private RateLimit _requests = new(perMinute / 60d, perMinute);
    private RateLimit _wrong = new(WrongPerMinute / 60d, WrongPerMinute);
    private RateLimit _told = new(1 / 60d, 1);

    public int PerMinute => perMinute;

    /// <summary>How long to wait before the next request; zero takes it.</summary>
    public TimeSpan Take()
    {
        lock (_lock)
        {
            return TimeSpan.FromMilliseconds(_requests.TryTake(time));
        }
    }

    /// <summary>Somebody came without its secret: how long it has to wait before it may again.</summary>
    /// <param name="isNews">Nobody was told of such a one for a minute.</param>
    public TimeSpan Wrong(out bool isNews)
    {
        lock (_lock)
        {
            isNews = _told.TryTake(time) == 0;
            return TimeSpan.FromMilliseconds(_wrong.TryTake(time));
        }
    }
}

/// <summary>Makes a hook of its row.</summary>
public sealed class HookArmory(HookSecrets secrets, TimeProvider time)
{
    private const string Underivable = "its secret was derived from another signing key than there is now, or is none that signs; give it another";
    private const string Unreadable = "this version of the service cannot read what it is; write it anew";

    /// <param name="before">As it was, whose meter goes on where its rate is the same.</param>
    /// <exception cref="JsonException">The row's document is of a later version of this service, or another hook's.</exception>
    public ArmedHook Arm(HookRow row, ArmedHook? before)
    {
        var document = HookJson.Read(row.Document);
        if (document.Name != row.Name)
        {
            throw new JsonException($"it is {document.Name}'s");
        }

        var rate = document.RatePerMinute ?? HookReader.DefaultRate;
        return new(
            row.Id, row.Version, document, new HookText(document), row.SecretHash, SigningKey(row, document),
            before?.Meter is { } meter && meter.PerMinute == rate ? meter : new HookMeter(rate, time));
    }

    /// <summary>What a row says, null where this version of the service cannot read it; and why it takes nothing, null where it does.</summary>
    public (HookDocument? Document, string? Fault) Look(HookRow row)
    {
        try
        {
            var hook = Arm(row, null);
            return (hook.Document, HookSecrets.Signs(hook.Document) && hook.SigningKey is null ? Underivable : null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, Unreadable);
        }
    }

    private byte[]? SigningKey(HookRow row, HookDocument document)
    {
        if (!HookSecrets.Signs(document))
        {
            return null;
        }

        var secret = secrets.Derived(row.Id, row.SecretVersion);
        return HookSecrets.Hash(secret).AsSpan().SequenceEqual(row.SecretHash) ? Encoding.UTF8.GetBytes(secret) : null;
    }
}

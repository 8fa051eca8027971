using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>An account's API key, secret and (OKX) passphrase in clear, for as long as they are needed; disposing zeroes them.</summary>
public sealed class Credentials : IDisposable
{
    private const int HintLength = 4;

    private readonly byte[] _apiKey;
    private readonly byte[] _secret;
    private readonly byte[]? _passphrase;

    /// <summary>Takes the arrays over.</summary>
    public Credentials(byte[] apiKey, byte[] secret, byte[]? passphrase) => (_apiKey, _secret, _passphrase) = (apiKey, secret, passphrase);

    public ReadOnlyMemory<byte> ApiKey => _apiKey;

    public ReadOnlyMemory<byte> Secret => _secret;

    /// <summary>Empty where the venue has none.</summary>
    public ReadOnlyMemory<byte> Passphrase => _passphrase;

    public bool HasPassphrase => _passphrase is not null;

    /// <summary>The last four characters of the API key; a person recognises it by them.</summary>
    public string Hint => Encoding.ASCII.GetString(_apiKey.AsSpan(Math.Max(0, _apiKey.Length - HintLength)));

    /// <summary>What is sealed: each part behind its length. The caller zeroes it.</summary>
    public byte[] ToBytes()
    {
        var result = new byte[6 + _apiKey.Length + _secret.Length + (_passphrase?.Length ?? 0)];
        var rest = result.AsSpan();
        Write(ref rest, _apiKey);
        Write(ref rest, _secret);
        Write(ref rest, _passphrase ?? []);
        return result;
    }

    /// <summary>The bytes were authenticated, so they are as <see cref="ToBytes"/> wrote them.</summary>
    public static Credentials FromBytes(ReadOnlySpan<byte> bytes)
    {
        var (apiKey, secret, passphrase) = (Read(ref bytes), Read(ref bytes), Read(ref bytes));
        return new(apiKey, secret, passphrase.Length == 0 ? null : passphrase);
    }

    /// <summary>What a venue answered, without our credentials should it repeat them.</summary>
    public string Hide(string text)
    {
        foreach (var part in (ReadOnlySpan<byte[]?>)[_apiKey, _secret, _passphrase])
        {
            if (part is { Length: > 0 })
            {
                text = text.Replace(Encoding.UTF8.GetString(part), "***", StringComparison.OrdinalIgnoreCase);
            }
        }

        return text;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_apiKey);
        CryptographicOperations.ZeroMemory(_secret);
        CryptographicOperations.ZeroMemory(_passphrase);
    }

    public override string ToString() => nameof(Credentials);

    private static void Write(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)part.Length));
        part.CopyTo(rest[2..]);
        rest = rest[(2 + part.Length)..];
    }

    private static byte[] Read(ref ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        var part = rest.Slice(2, length).ToArray();
        rest = rest[(2 + length)..];
        return part;
    }
}

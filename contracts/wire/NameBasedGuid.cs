using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Contracts.Wire;

/// <summary>Version 5 UUIDs (RFC 9562, SHA-1 of namespace and name): the same input gives the same id on every node, for ever.</summary>
public static class NameBasedGuid
{
    public static Guid Create(Guid ns, string name)
    {
        var nameBytes = Encoding.UTF8.GetByteCount(name);
        var input = new byte[16 + nameBytes];
        ns.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // The RFC prescribes SHA-1 for version 5; nothing here relies on its strength.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The same as version 8: version 5 says that a client's key is behind it, which gateways remember; what services make has none.</summary>
    public static Guid CreateOwn(Guid ns, string name)
    {
        Span<byte> id = stackalloc byte[16];
        Create(ns, name).TryWriteBytes(id, bigEndian: true, out _);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        return new(id, bigEndian: true);
    }
}

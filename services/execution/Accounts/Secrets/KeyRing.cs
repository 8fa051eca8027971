using System.Globalization;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>
/// The key-encryption keys by version: the newest encrypts, every one decrypts. From <c>EXECUTION__KEYS__1</c>, <c>EXECUTION__KEYS__2</c>, …
/// and the file that <c>EXECUTION__KEYFILE</c> names (a line a key: <c>version:key</c>). A key is 32 random bytes in base64.
/// Empty when neither is set: simulated accounts need none.
/// </summary>
public sealed class KeyRing
{
    public const string KeysSetting = "EXECUTION__KEYS__1";
    public const string FileSetting = "EXECUTION__KEYFILE";

    private const int MaxFileBytes = 64 * 1024;

    private readonly SortedDictionary<int, byte[]> _keys;

    private KeyRing(SortedDictionary<int, byte[]> keys) => _keys = keys;

    public bool IsEmpty => _keys.Count == 0;

    /// <summary>The version that encrypts; 0 when there is none.</summary>
    public int Newest => _keys.Count == 0 ? 0 : _keys.Keys.Last();

    /// <summary>32 bytes; empty for a version that is not here.</summary>
    public ReadOnlySpan<byte> Find(int version) => _keys.GetValueOrDefault(version);

    /// <summary>Throws when a key is no good, so that the process does not start; the message names the setting and never what is in it.</summary>
    public static KeyRing Read(IConfiguration configuration)
    {
        var keys = new SortedDictionary<int, byte[]>();
        foreach (var key in configuration.GetSection("Execution:Keys").GetChildren())
        {
            if (!string.IsNullOrWhiteSpace(key.Value))
            {
                Add(keys, $"EXECUTION__KEYS__{key.Key}", key.Key, key.Value);
            }
        }

        if (configuration["Execution:KeyFile"] is { Length: > 0 } file)
        {
            ReadFile(keys, file);
        }

        return new KeyRing(keys);
    }

    private static void ReadFile(SortedDictionary<int, byte[]> keys, string file)
    {
        if (!File.Exists(file))
        {
            throw new InvalidOperationException($"{FileSetting} names a file that does not exist.");
        }

        if (new FileInfo(file).Length > MaxFileBytes)
        {
            throw new InvalidOperationException($"The file of {FileSetting} is larger than {MaxFileBytes} bytes.");
        }

        var (number, found) = (0, 0);
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var where = $"{FileSetting}, line {number.ToString(CultureInfo.InvariantCulture)},";
            found++;
            Add(keys, where, colon < 0 ? "" : text[..colon].Trim(), text[(colon + 1)..].Trim());
        }

        if (found == 0)
        {
            throw new InvalidOperationException($"The file of {FileSetting} has no key.");
        }
    }

    private static void Add(SortedDictionary<int, byte[]> keys, string where, string version, string text)
    {
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 1_000_000)
        {
            throw new InvalidOperationException($"{where} has no version: a whole number from 1 to 1000000 was expected.");
        }

        if (KeyQuality.Fault(text, out var key) is { } fault)
        {
            throw new InvalidOperationException($"{where} is not a key: {fault}. Make one with: openssl rand -base64 32");
        }

        if (!keys.TryAdd(number, key!) && !keys[number].AsSpan().SequenceEqual(key))
        {
            throw new InvalidOperationException($"{where} gives version {number.ToString(CultureInfo.InvariantCulture)} a second key.");
        }
    }
}

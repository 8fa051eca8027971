using Npgsql;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting;

/// <summary>Parts of the connection to PostgreSQL, each in the place of the one in <c>CONNECTIONSTRINGS__POSTGRES</c>. Bound from <c>POSTGRES__…</c>.</summary>
public sealed class PostgresOptions
{
    public const string Section = "Postgres";

    private const string Setting = "CONNECTIONSTRINGS__POSTGRES";
    private const string Form = "postgres://USER:PASSWORD@HOST:5432/DATABASE";
    private const string Parts = "POSTGRES__HOST, POSTGRES__PORT, POSTGRES__USER, POSTGRES__PASSWORD and POSTGRES__DATABASE";

    public string? Host { get; set; }

    public int? Port { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public string? Database { get; set; }

    /// <param name="text">A connection string, or a postgres:// address; null for the default.</param>
    /// <exception cref="SettingException">It does not parse; the message has nothing of what was written.</exception>
    public NpgsqlConnectionStringBuilder Compose(string? text)
    {
        var connection = text is { Length: > 0 } ? Read(text) : new NpgsqlConnectionStringBuilder(Hosting.Database.DefaultConnection);
        if (Port is < 1 or > ushort.MaxValue)
        {
            throw new SettingException($"POSTGRES__PORT must be from 1 to 65535, not {Port}.");
        }

        connection.Host = Host is { Length: > 0 } ? Host : connection.Host;
        connection.Port = Port ?? connection.Port;
        connection.Username = User is { Length: > 0 } ? User : connection.Username;
        connection.Password = Password is { Length: > 0 } ? Password : connection.Password;
        connection.Database = Database is { Length: > 0 } ? Database : connection.Database;
        return connection;
    }

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            var uri = ServerAddress.Parse(text, Setting, Form, Parts, "postgres", "postgresql");
            var connection = Guarded(() => [.. uri.Options]);
            connection.Host = uri.Host;
            connection.Port = uri.Port ?? connection.Port;
            connection.Username = uri.User;
            connection.Password = uri.Password;
            connection.Database = uri.Path is { Length: > 0 } ? uri.Path : null;
            return connection;
        }

        return Guarded(() =>
        {
            // Told apart first: what is wrong with a value can then be said with its keyword alone.
            var read = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = text };
            return [.. read.Keys!.Cast<string>().Select(k => KeyValuePair.Create(k, (string)read[k]))];
        });
    }

    private static NpgsqlConnectionStringBuilder Guarded(Func<IReadOnlyList<KeyValuePair<string, string>>> read)
    {
        IReadOnlyList<KeyValuePair<string, string>> pairs;
        try
        {
            pairs = read();
        }
        catch (ArgumentException)
        {
            throw Fault("it is not KEYWORD=VALUE pairs between semicolons");
        }

        var connection = new NpgsqlConnectionStringBuilder();
        foreach (var (keyword, value) in pairs)
        {
            if (!connection.ContainsKey(keyword))
            {
                // What stands here may be the rest of a password.
                throw Fault("it has a keyword that is none of PostgreSQL's");
            }

            try
            {
                connection[keyword] = value;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
            {
                throw Fault($"the value of {keyword} is not one that it can have");
            }
        }

        return connection;
    }

    private static SettingException Fault(string why) =>
        new(
            $"{Setting} does not parse: {why}. It looks like Host=HOST;Port=5432;Username=USER;Password=PASSWORD;Database=DATABASE, a value with ; = ' or blanks in double quotes (Password=\"a;b\"), or like {Form}; {Parts} take the parts as they are.");
}

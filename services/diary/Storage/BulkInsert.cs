using Npgsql;
using NpgsqlTypes;

namespace TradingSystem.Diary.Storage;

/// <summary>One INSERT … SELECT unnest(…) for many items; items whose id is known already are left alone.</summary>
public sealed class BulkInsert<T>(string table)
{
    private readonly List<string> _names = [];
    private readonly List<string> _values = [];
    private readonly List<string> _arrays = [];
    private readonly List<Func<IReadOnlyList<T>, NpgsqlParameter>> _parameters = [];
    private string _onConflict = "on conflict (id) do nothing";
    private string? _sql;

    public BulkInsert<T> Uuid(string column, Func<T, Guid> value) => Add(column, "uuid", NpgsqlDbType.Uuid, value);

    public BulkInsert<T> Uuid(string column, Func<T, Guid?> value) => Add(column, "uuid", NpgsqlDbType.Uuid, value);

    public BulkInsert<T> Text(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.Clean(value(x)));

    /// <summary>Words without commas, as a text array.</summary>
    public BulkInsert<T> Words(string column, Func<T, string?> commaSeparated) => Add(column, "text", NpgsqlDbType.Text, commaSeparated, v => $"string_to_array({v}, ',')");

    /// <summary>Somebody else's JSON, for a jsonb column: what that cannot hold is changed or kept as a JSON string.</summary>
    public BulkInsert<T> Jsonb(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.CleanJson(value(x)), v => $"{v}::jsonb");

    /// <summary>The same for a json column, which keeps the text and so costs half as much to write.</summary>
    public BulkInsert<T> Json(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.CleanJson(value(x)), v => $"{v}::json");

    /// <summary>JSON that we wrote ourselves and need not look through again.</summary>
    public BulkInsert<T> OwnJson(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.CleanOwnJson(value(x)), v => $"{v}::json");

    public BulkInsert<T> Number(string column, Func<T, decimal> value) => Add(column, "numeric", NpgsqlDbType.Numeric, value);

    public BulkInsert<T> Number(string column, Func<T, decimal?> value) => Add(column, "numeric", NpgsqlDbType.Numeric, value);

    public BulkInsert<T> Int(string column, Func<T, int> value) => Add(column, "integer", NpgsqlDbType.Integer, value);

    public BulkInsert<T> Long(string column, Func<T, long> value) => Add(column, "bigint", NpgsqlDbType.Bigint, value);

    public BulkInsert<T> Flag(string column, Func<T, bool> value) => Add(column, "boolean", NpgsqlDbType.Boolean, value);

    public BulkInsert<T> Time(string column, Func<T, DateTimeOffset> value) => Add(column, "timestamptz", NpgsqlDbType.TimestampTz, x => value(x).UtcDateTime);

    /// <summary>Replaces the default of leaving known rows alone.</summary>
    public BulkInsert<T> OnConflict(string clause)
    {
        _onConflict = clause;
        return this;
    }

    public NpgsqlBatchCommand Command(IReadOnlyList<T> items)
    {
        var command = new NpgsqlBatchCommand(_sql ??= Sql());
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter(items));
        }

        return command;
    }

    private string Sql()
    {
        var names = string.Join(", ", _names);
        return $"insert into {table} as t ({names}) select {string.Join(", ", _values)} from unnest({string.Join(", ", _arrays)}) as u({names}) {_onConflict}";
    }

    private BulkInsert<T> Add<TValue>(string column, string type, NpgsqlDbType dbType, Func<T, TValue> value, Func<string, string>? convert = null)
    {
        _names.Add(column);
        _values.Add(convert is null ? $"u.{column}" : convert($"u.{column}"));
        _arrays.Add($"${_names.Count}::{type}[]");
        _parameters.Add(items =>
        {
            var values = new TValue[items.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(items[i]);
            }

            return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | dbType };
        });
        return this;
    }
}

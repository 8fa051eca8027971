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

    public BulkInsert<T> Uuid(string column, Func<T, Guid?> value) => Add(column, "uuid", NpgsqlDbType.Uuid, value);

    public BulkInsert<T> Text(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.Clean(value(x)));

    public BulkInsert<T> Json(string column, Func<T, string?> value) => Add(column, "text", NpgsqlDbType.Text, x => PostgresText.CleanJson(value(x)), "::jsonb");

    public BulkInsert<T> Number(string column, Func<T, decimal?> value) => Add(column, "numeric", NpgsqlDbType.Numeric, value);

    public BulkInsert<T> Int(string column, Func<T, int?> value) => Add(column, "integer", NpgsqlDbType.Integer, value);

    public BulkInsert<T> Long(string column, Func<T, long?> value) => Add(column, "bigint", NpgsqlDbType.Bigint, value);

    public BulkInsert<T> Flag(string column, Func<T, bool?> value) => Add(column, "boolean", NpgsqlDbType.Boolean, value);

    public BulkInsert<T> Time(string column, Func<T, DateTimeOffset> value) => Add(column, "timestamptz", NpgsqlDbType.TimestampTz, x => value(x).UtcDateTime);

    /// <summary>Replaces the default of leaving known rows alone.</summary>
    public BulkInsert<T> OnConflict(string clause)
    {
        _onConflict = clause;
        return this;
    }

    public NpgsqlBatchCommand Command(IReadOnlyList<T> items)
    {
        var command = new NpgsqlBatchCommand(
            $"insert into {table} as t ({string.Join(", ", _names)}) select {string.Join(", ", _values)} from unnest({string.Join(", ", _arrays)}) as u({string.Join(", ", _names)}) {_onConflict}");
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter(items));
        }

        return command;
    }

    private BulkInsert<T> Add<TValue>(string column, string type, NpgsqlDbType dbType, Func<T, TValue> value, string cast = "")
    {
        _names.Add(column);
        _values.Add($"u.{column}{cast}");
        _arrays.Add($"${_names.Count}::{type}[]");
        _parameters.Add(items => new NpgsqlParameter { Value = items.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | dbType });
        return this;
    }
}

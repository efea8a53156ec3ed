using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Media;

/// <summary>Writes objects as rows of cells: what <c>kubectl get</c> shows.</summary>
/// <param name="version">Version of meta.k8s.io.</param>
/// <param name="includeObject">What comes with each row: None, Metadata (also when empty) or Object.</param>
internal sealed class TableWriter(Kind kind, string version, string includeObject, DateTimeOffset now)
{
    private bool hasColumns;

    /// <summary>The reader has them from an earlier table.</summary>
    public void LeaveOutColumns() => hasColumns = true;

    /// <summary>A table of one row.</summary>
    public void WriteTable(ApiWriter writer, StoredObject value)
    {
        Begin(writer, new ListMeta { ResourceVersion = Revisions.Text(value.Revision) });
        WriteRow(writer, value);
        End(writer);
    }

    /// <summary>Everything up to the rows. Only the first table of a watch names the columns.</summary>
    public void Begin(ApiWriter writer, ListMeta metadata)
    {
        writer.Raw("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/"u8);
        writer.Raw(version == "v1beta1" ? "v1beta1"u8 : "v1"u8);
        writer.Raw("\",\"metadata\":"u8);
        metadata.Write(writer);
        writer.Raw(",\"columnDefinitions\":["u8);
        if (!hasColumns)
        {
            hasColumns = true;
            foreach (var column in kind.Columns)
            {
                writer.Element();
                writer.BeginObject();
                Member(writer, "\"name\":"u8, column.Name);
                Member(writer, "\"type\":"u8, column.Type);
                Member(writer, "\"format\":"u8, column.Format);
                Member(writer, "\"description\":"u8, column.Description);
                writer.Name("\"priority\":"u8);
                writer.Number(column.Priority);
                writer.EndObject();
            }
        }

        writer.Raw("],\"rows\":["u8);
    }

    public void WriteRow(ApiWriter writer, StoredObject stored)
    {
        var value = stored.Value;
        writer.Element();
        writer.Raw("{\"cells\":["u8);
        foreach (var column in kind.Columns)
        {
            writer.Element();
            WriteCell(writer, column.Cell(value, now));
        }

        writer.Raw("]"u8);
        WriteConditions(writer, value);
        if (includeObject != "None")
        {
            stored = kind.Show(stored);
            writer.Raw(",\"object\":"u8);
            if (includeObject == "Object")
            {
                writer.Raw(stored.Json);
            }
            else
            {
                PartialMetadata.Write(writer, stored, version);
            }
        }

        writer.Raw("}"u8);
    }

    public static void End(ApiWriter writer) => writer.Raw("]}"u8);

    // Clients leave out rows of ended pods by this condition.
    private static void WriteConditions(ApiWriter writer, IResource value)
    {
        if (value is Pod { Status.Phase: PodPhase.PodSucceeded or PodPhase.PodFailed } pod)
        {
            writer.Raw(",\"conditions\":[{\"type\":\"Completed\",\"status\":\"True\",\"reason\":"u8);
            writer.String(pod.Status.Phase);
            writer.Raw("}]"u8);
        }
    }

    private static void WriteCell(ApiWriter writer, object cell)
    {
        switch (cell)
        {
            case string text:
                writer.String(text);
                break;
            case bool flag:
                writer.Boolean(flag);
                break;
            case long number:
                writer.Number(number);
                break;
            case int number:
                writer.Number(number);
                break;
            case double number:
                writer.Number(number);
                break;
            default:
                writer.String(cell.ToString() ?? "");
                break;
        }
    }

    private static void Member(ApiWriter writer, ReadOnlySpan<byte> name, string value)
    {
        writer.Name(name);
        writer.String(value);
    }
}

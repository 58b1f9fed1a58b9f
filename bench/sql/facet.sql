SELECT base.slug, sums.rows
FROM (
    SELECT base_id, COUNT(*) AS rows
    FROM attacks_incident
    WHERE status = 'published' AND latest >= '{since}'
    GROUP BY base_id
) AS sums
JOIN bases_militarybase AS base ON base.id = sums.base_id

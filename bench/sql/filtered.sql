SELECT base.slug, sums.certain, sums.possible
FROM (
    SELECT base_id, SUM(attack_count) AS certain, SUM(attack_count) AS possible
    FROM attacks_incident
    WHERE status = 'published' AND merged_into_id IS NULL AND grade <> 'discounted'
        AND weapon = '{weapon}' AND outcome = '{outcome}'
    GROUP BY base_id
) AS sums
JOIN bases_militarybase AS base ON base.id = sums.base_id
